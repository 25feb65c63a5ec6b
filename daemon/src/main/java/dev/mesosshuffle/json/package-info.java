/** What operators can see, as JSON: written part by part, and never held in memory as a whole. Start at {@code StatusJson}. */
@NullMarked
package dev.mesosshuffle.json;

import org.jspecify.annotations.NullMarked;
