package dev.mesosshuffle.dispatch;

/**
 * Who a client has proved to be. Immutable.
 *
 * @param appId the application whose secret it knows; where applications share one, the application that it claims to be of
 */
public record ClientIdentity(String appId) {}
