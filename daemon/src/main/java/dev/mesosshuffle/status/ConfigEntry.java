package dev.mesosshuffle.status;

/**
 * One setting.
 *
 * @param key the key
 * @param value its value, printable, masked if it is a secret
 * @param origin where it was set, printable
 */
public record ConfigEntry(String key, String value, String origin) {}
