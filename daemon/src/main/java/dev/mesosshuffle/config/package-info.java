/**
 * Text from the command line, the environment and files, turned into one immutable record.
 */
@NullMarked
package dev.mesosshuffle.config;

import org.jspecify.annotations.NullMarked;
