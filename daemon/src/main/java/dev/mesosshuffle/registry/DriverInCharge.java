package dev.mesosshuffle.registry;

/**
 * The driver whose silence an application may expire by.
 *
 * @param address where it is, without port, to be known again after a restart
 * @param heartbeatTimeoutMs after how many ms of silence it expires
 */
public record DriverInCharge(String address, long heartbeatTimeoutMs) {}
