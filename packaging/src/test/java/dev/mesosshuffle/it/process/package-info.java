/** Other processes: started, listened to, and ended whatever happens. Start at {@code ManagedProcess}. */
@NullMarked
package dev.mesosshuffle.it.process;

import org.jspecify.annotations.NullMarked;
