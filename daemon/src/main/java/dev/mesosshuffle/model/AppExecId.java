package dev.mesosshuffle.model;

/**
 * One executor of one application.
 *
 * @param appId the application, on Mesos its framework id
 * @param execId the executor's id within the application
 */
public record AppExecId(String appId, String execId) {
    /**
     * Checks both ids.
     *
     * @throws IllegalArgumentException if either is not a valid id
     */
    public AppExecId {
        IdValidator.check("appId", appId);
        IdValidator.check("execId", execId);
    }

    /** The form that operators know from Spark's log ({@code ExternalShuffleBlockResolver.AppExecId}). */
    @Override
    public String toString() {
        return "AppExecId{appId=" + appId + ", execId=" + execId + '}';
    }
}
