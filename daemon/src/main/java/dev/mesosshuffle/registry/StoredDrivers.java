package dev.mesosshuffle.registry;

/**
 * The drivers by whose silence an application may expire.
 *
 * @param address where they are, without port, to be known again after a restart; several with a space between
 * @param heartbeatTimeoutMs the longest time in ms of silence after which one of them expires
 */
public record StoredDrivers(String address, long heartbeatTimeoutMs) {}
