package dev.mesosshuffle.it.app;

import java.io.Serializable;

/**
 * The size of the program.
 *
 * @param valueSize in bytes
 */
record Figures(int mappers, int keys, int valueSize, int reducers) implements Serializable {
    static Figures parse(String[] arguments) {
        if (arguments.length != 4) {
            throw new IllegalArgumentException(
                    "arguments: " + String.join(" ", arguments) + " (expected: MAPPERS KEYS VALUE_SIZE REDUCERS)");
        }
        return new Figures(
                Integer.parseInt(arguments[0]),
                Integer.parseInt(arguments[1]),
                Integer.parseInt(arguments[2]),
                Integer.parseInt(arguments[3]));
    }
}
