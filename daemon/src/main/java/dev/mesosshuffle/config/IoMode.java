package dev.mesosshuffle.config;

/** Which of the system's ways to wait for sockets is used. */
public enum IoMode {
    /** Native epoll where it loads, NIO elsewhere. */
    AUTO,
    /** The JDK's own selector. */
    NIO,
    /** Native epoll, or the start fails. */
    EPOLL
}
