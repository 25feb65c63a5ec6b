/**
 * Ids, paths and other values as validated records; every other package may use them.
 */
@NullMarked
package dev.mesosshuffle.model;

import org.jspecify.annotations.NullMarked;
