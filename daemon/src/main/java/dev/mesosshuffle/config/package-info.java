/**
 * Text from the command line, the environment and files, turned into one immutable record. Start at
 * {@code ConfigLoader}; the keys are in {@code ConfigKeys}.
 */
@NullMarked
package dev.mesosshuffle.config;

import org.jspecify.annotations.NullMarked;
