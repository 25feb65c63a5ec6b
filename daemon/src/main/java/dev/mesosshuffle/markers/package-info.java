/**
 * The marker that each service leaves in its roots, which says where its registry lies: a registry that is missing is
 * no proof that there was none. Start at {@code RootMarkers}.
 */
@NullMarked
package dev.mesosshuffle.markers;

import org.jspecify.annotations.NullMarked;
