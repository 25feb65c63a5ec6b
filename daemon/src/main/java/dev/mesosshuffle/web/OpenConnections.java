package dev.mesosshuffle.web;

import io.netty.channel.Channel;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Limits the number of connections. A client that sends its request at once is not affected by any number of others that do
 * not, or that do not read the answer that they were sent: of those, the oldest is closed.
 *
 * <p><b>Concurrency:</b> confined to the event loop, of which there is one.
 */
final class OpenConnections {
    private final int max;
    private final AdminServerMetrics metrics;
    private final Set<Channel> receiving = new LinkedHashSet<>();
    private final Set<Channel> answered = new LinkedHashSet<>();
    private int open;

    OpenConnections(int max, AdminServerMetrics metrics) {
        this.max = max;
        this.metrics = metrics;
    }

    /** A connection was accepted. */
    void opened(Channel channel) {
        if (open >= max) {
            metrics.rejected();
            Iterator<Channel> oldest = (receiving.isEmpty() ? answered : receiving).iterator();
            if (!oldest.hasNext()) {
                open++;
                var unused = channel.close();
                return;
            }
            Channel victim = oldest.next();
            oldest.remove();
            var unused = victim.close();
        }
        open++;
        receiving.add(channel);
    }

    /** Its request is complete. */
    void received(Channel channel) {
        receiving.remove(channel);
    }

    /** No thread works for it any more; its client has yet to read the rest of the answer. */
    void answered(Channel channel) {
        receiving.remove(channel);
        if (channel.isActive()) {
            answered.add(channel);
        }
    }

    /** It was closed. */
    void closed(Channel channel) {
        receiving.remove(channel);
        answered.remove(channel);
        open--;
    }
}
