package dev.mesosshuffle.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import dev.mesosshuffle.concurrent.DiskActivity;
import dev.mesosshuffle.status.ApplicationView;
import dev.mesosshuffle.status.ConfigEntry;
import dev.mesosshuffle.status.DiskView;
import dev.mesosshuffle.status.EventView;
import dev.mesosshuffle.status.ExecutorView;
import dev.mesosshuffle.status.LatencyView;
import dev.mesosshuffle.status.LoadSample;
import dev.mesosshuffle.status.ServiceStatus;
import dev.mesosshuffle.status.UsageView;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Collection;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Writes views as JSON in ASCII: what is not, such as in an id, is escaped. Times are seconds with a fraction, points in time as
 * in ISO 8601. Closing it ends the document, and the stream below it. For one thread.
 */
public final class StatusJson implements Closeable {
    private static final JsonFactory FACTORY =
            new JsonFactoryBuilder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

    private static final double MILLIS_PER_SECOND = 1000.0;
    private static final double MICROS_PER_SECOND = 1e6;

    private final JsonGenerator json;

    private StatusJson(JsonGenerator json) {
        this.json = json;
        // Whoever fails must not end the document as if it were whole.
        json.disable(JsonGenerator.Feature.AUTO_CLOSE_JSON_CONTENT);
    }

    /** Writes to a stream, which is closed with the document. */
    public static StatusJson to(OutputStream out) throws IOException {
        return new StatusJson(FACTORY.createGenerator(out));
    }

    /** Writes to text, which is not closed. */
    public static StatusJson to(Appendable out) throws IOException {
        return new StatusJson(FACTORY.createGenerator(new AppendableWriter(out)));
    }

    /**
     * Begins an object with one list.
     *
     * @param name the list's name
     */
    public void beginList(String name) throws IOException {
        json.writeStartObject();
        json.writeArrayFieldStart(name);
    }

    /** Ends a list, and the object, which belongs to no page. */
    public void endList() throws IOException {
        json.writeEndArray();
        json.writeEndObject();
    }

    /**
     * Ends a list, and the object.
     *
     * @param next what the next page begins after; null if this is the last
     */
    public void endPage(@Nullable String next) throws IOException {
        json.writeEndArray();
        text("next", next);
        json.writeEndObject();
    }

    /** Writes the service. */
    public void service(ServiceStatus service) throws IOException {
        json.writeStartObject();
        json.writeStringField("version", service.version());
        json.writeStringField("javaVersion", service.javaVersion());
        json.writeStringField("startedAt", service.startedAt().toString());
        seconds("uptimeSeconds", service.uptime());
        json.writeStringField("host", service.host());
        json.writeNumberField("port", service.port());
        json.writeNumberField("applications", service.applications());
        json.writeNumberField("executors", service.executors());
        json.writeNumberField("deferredWrites", service.deferredWrites());
        json.writeEndObject();
    }

    /** Writes an application. */
    public void application(ApplicationView application) throws IOException {
        json.writeStartObject();
        json.writeStringField("id", application.id());
        json.writeStringField("state", application.state());
        json.writeStringField("reason", application.reason());
        json.writeStringField("nextStep", application.nextStep());
        seconds("nextStepInSeconds", application.nextStepIn());
        seconds("sinceSignalSeconds", application.sinceSignal());
        seconds("sinceHeartbeatSeconds", application.sinceHeartbeat());
        json.writeNumberField("executors", application.executors());
        json.writeNumberField("activeReads", application.activeReads());
        usage(application.usage());
        json.writeEndObject();
    }

    private void usage(@Nullable UsageView usage) throws IOException {
        if (usage == null) {
            json.writeNullField("usage");
            return;
        }
        json.writeObjectFieldStart("usage");
        json.writeNumberField("bytes", usage.bytes());
        json.writeBooleanField("complete", usage.isComplete());
        seconds("ageSeconds", usage.age());
        json.writeEndObject();
    }

    /** Writes an executor. */
    public void executor(ExecutorView executor) throws IOException {
        json.writeStartObject();
        json.writeStringField("id", executor.id());
        json.writeStringField("shuffleManager", executor.shuffleManager());
        texts("localDirs", executor.localDirs());
        json.writeEndObject();
    }

    /** Writes a disk. */
    public void disk(DiskView disk) throws IOException {
        json.writeStartObject();
        json.writeStringField("root", disk.root());
        text("unavailability", disk.unavailability());
        json.writeBooleanField("hung", disk.isHung());
        capacity(disk.capacity());
        tasks(disk.activity(), disk.latency());
        json.writeEndObject();
    }

    private void capacity(DiskView.@Nullable Capacity capacity) throws IOException {
        if (capacity == null) {
            json.writeNullField("capacity");
            return;
        }
        json.writeObjectFieldStart("capacity");
        json.writeNumberField("freeBytes", capacity.freeBytes());
        json.writeNumberField("totalBytes", capacity.totalBytes());
        number("freeInodes", capacity.freeInodes());
        number("totalInodes", capacity.totalInodes());
        seconds("ageSeconds", capacity.age());
        json.writeEndObject();
    }

    private void tasks(DiskActivity activity, @Nullable LatencyView latency) throws IOException {
        json.writeObjectFieldStart("tasks");
        json.writeNumberField("queued", activity.queuedTasks());
        json.writeNumberField("active", activity.activeTasks());
        json.writeNumberField("hung", activity.hungTasks());
        json.writeNumberField("ended", activity.tasks());
        json.writeNumberField("readErrors", activity.errors());
        seconds("medianSeconds", latency == null ? null : latency.median());
        seconds("p99Seconds", latency == null ? null : latency.p99());
        json.writeEndObject();
    }

    /** Writes an event. */
    public void event(EventView event) throws IOException {
        json.writeStartObject();
        json.writeNumberField("number", event.number());
        json.writeStringField("time", event.time().toString());
        json.writeStringField("kind", event.kind().name().toLowerCase(Locale.ROOT));
        text("application", event.application());
        json.writeStringField("text", event.text());
        json.writeEndObject();
    }

    /** Writes what was served in an interval. */
    public void load(LoadSample sample) throws IOException {
        json.writeStartObject();
        json.writeStringField("time", sample.time().toString());
        seconds("intervalSeconds", sample.interval());
        json.writeNumberField("blocks", sample.blocks());
        json.writeNumberField("bytes", sample.bytes());
        json.writeNumberField("failures", sample.failures());
        seconds("medianSeconds", sample.medianLatency());
        seconds("p99Seconds", sample.p99Latency());
        json.writeEndObject();
    }

    /** Writes a setting. */
    public void setting(ConfigEntry setting) throws IOException {
        json.writeStartObject();
        json.writeStringField("key", setting.key());
        json.writeStringField("value", setting.value());
        json.writeStringField("origin", setting.origin());
        json.writeEndObject();
    }

    /**
     * Writes a judgement.
     *
     * @param name what is judged
     * @param reasons why it is not so, printable
     */
    public void health(String name, boolean isSo, Collection<String> reasons) throws IOException {
        json.writeStartObject();
        json.writeBooleanField(name, isSo);
        texts("reasons", reasons);
        json.writeEndObject();
    }

    /** Writes what came of an operation. */
    public void operation(String application, String outcome) throws IOException {
        json.writeStartObject();
        json.writeStringField("application", application);
        json.writeStringField("outcome", outcome);
        json.writeEndObject();
    }

    private void texts(String name, Collection<String> values) throws IOException {
        json.writeArrayFieldStart(name);
        for (String value : values) {
            json.writeString(value);
        }
        json.writeEndArray();
    }

    private void text(String name, @Nullable String value) throws IOException {
        if (value == null) {
            json.writeNullField(name);
        } else {
            json.writeStringField(name, value);
        }
    }

    private void number(String name, @Nullable Long value) throws IOException {
        if (value == null) {
            json.writeNullField(name);
        } else {
            json.writeNumberField(name, value);
        }
    }

    /** Milliseconds do for an age; a read may take less than one. */
    private void seconds(String name, @Nullable Duration time) throws IOException {
        if (time == null) {
            json.writeNullField(name);
        } else if (time.toSeconds() == 0) {
            json.writeNumberField(name, TimeUnit.NANOSECONDS.toMicros(time.toNanos()) / MICROS_PER_SECOND);
        } else {
            json.writeNumberField(name, time.toMillis() / MILLIS_PER_SECOND);
        }
    }

    @Override
    public void close() throws IOException {
        json.close();
    }
}
