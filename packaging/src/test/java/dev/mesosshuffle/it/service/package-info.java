/** The shuffle service under test, in a process of its own. Start at {@code ServiceSettings}. */
@NullMarked
package dev.mesosshuffle.it.service;

import org.jspecify.annotations.NullMarked;
