/** What is measured. Start at {@code Cases}. */
@NullMarked
package dev.mesosshuffle.benchmark.cases;

import org.jspecify.annotations.NullMarked;
