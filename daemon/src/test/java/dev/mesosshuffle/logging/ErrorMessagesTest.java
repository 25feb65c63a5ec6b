package dev.mesosshuffle.logging;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.UnknownHostException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.UnsupportedAddressTypeException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

class ErrorMessagesTest {
    @Test
    void saysWhatIsWrongWithAFileWhoseExceptionGivesItsNameAlone() {
        assertThat(ErrorMessages.of(new NoSuchFileException("/f"))).isEqualTo("/f: No such file or directory");
        assertThat(ErrorMessages.of(new AccessDeniedException("/f"))).isEqualTo("/f: Permission denied");
        assertThat(ErrorMessages.reason(new AccessDeniedException("/f"))).isEqualTo("Permission denied");
    }

    @Test
    void goesByTheReasonThatIsGiven() {
        FileSystemException failed = new FileSystemException("/f", "/g", "Input/output error");
        assertThat(ErrorMessages.of(failed)).isEqualTo("/f -> /g: Input/output error");
        assertThat(ErrorMessages.reason(failed)).isEqualTo("Input/output error");
    }

    @Test
    void isNeverNullNorBlank() {
        assertThat(ErrorMessages.of(new IOException())).isEqualTo("IOException");
        assertThat(ErrorMessages.of(new IllegalStateException(" "))).isEqualTo("IllegalStateException");
        assertThat(ErrorMessages.of(new ClosedChannelException())).isEqualTo("the connection or file was closed");
        assertThat(ErrorMessages.of(new RejectedExecutionException("Task java.lang.Object@1 rejected from")))
                .isEqualTo("too much is waiting already");
        assertThat(ErrorMessages.of(new UnsupportedAddressTypeException()))
                .isEqualTo("this host has no addresses of that family");
        assertThat(ErrorMessages.of(new UnknownHostException("h"))).isEqualTo("unknown host: h");
        assertThat(ErrorMessages.of(new ArrayIndexOutOfBoundsException("5")))
                .isEqualTo("ArrayIndexOutOfBoundsException: 5");
    }

    @Test
    void looksIntoWhatItWasWrappedInOnItsWay() {
        IOException cause = new NoSuchFileException("/f");
        assertThat(ErrorMessages.of(new CompletionException(new UncheckedIOException(cause))))
                .isEqualTo("/f: No such file or directory");
        assertThat(ErrorMessages.of(new ExecutionException(new DirectoryIteratorException(cause))))
                .isEqualTo("/f: No such file or directory");
        assertThat(ErrorMessages.of(new CompletionException("alone", null))).isEqualTo("alone");
    }

    @Test
    void isOneLine() {
        assertThat(ErrorMessages.of(new IOException("a\n  b\u0007c\r\n"))).isEqualTo("a b\\u0007c");
    }

    @Test
    void knowsALackOfDescriptors() {
        assertThat(ErrorMessages.isTooManyOpenFiles(new FileSystemException("/f", null, "Too many open files")))
                .isTrue();
        assertThat(ErrorMessages.isTooManyOpenFiles(
                        new CompletionException(new IOException("accept(..) failed: Too many open files in system"))))
                .isTrue();
        assertThat(ErrorMessages.isTooManyOpenFiles(new NoSuchFileException("/Too many open files")))
                .isFalse();
        assertThat(ErrorMessages.isTooManyOpenFiles(new IOException())).isFalse();
    }
}
