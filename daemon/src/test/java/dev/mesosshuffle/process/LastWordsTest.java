package dev.mesosshuffle.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class LastWordsTest {
    @Test
    void printsOneLine() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        LastWords.print(new PrintStream(bytes, true, StandardCharsets.UTF_8), "a\nb\u001b");
        assertThat(bytes.toString(StandardCharsets.UTF_8)).isEqualTo("mesos-shuffle-service: a b\\u001b\n");
    }

    @Test
    void goesOnWhereNobodyReads() {
        CountDownLatch read = new CountDownLatch(1);
        OutputStream unread = new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                try {
                    read.await();
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
            }
        };
        // Would not return.
        LastWords.print(new PrintStream(unread, true, StandardCharsets.UTF_8), "reason");
        assertThat(read.getCount()).isEqualTo(1);
        read.countDown();
    }
}
