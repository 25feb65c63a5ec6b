/**
 * When an application's files last changed, as evidence of life. Start at {@code FileActivityScanner}.
 */
@NullMarked
package dev.mesosshuffle.activity;

import org.jspecify.annotations.NullMarked;
