/**
 * The status page: HTML for operators, made on the server, which needs no script. Start at {@link
 * dev.mesosshuffle.page.StatusPage}. Whatever is written goes through {@link dev.mesosshuffle.page.HtmlWriter}, which escapes it;
 * there is no way around it.
 */
@NullMarked
package dev.mesosshuffle.page;

import org.jspecify.annotations.NullMarked;
