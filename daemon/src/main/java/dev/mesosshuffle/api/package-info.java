/** The API and the health endpoints of the admin server. Start at {@code ApiRoutes}; {@code openapi.json} describes the answers. */
@NullMarked
package dev.mesosshuffle.api;

import org.jspecify.annotations.NullMarked;
