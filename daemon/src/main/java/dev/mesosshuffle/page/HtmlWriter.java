package dev.mesosshuffle.page;

import dev.mesosshuffle.logging.Sanitizer;
import java.io.Closeable;
import java.io.IOException;
import java.io.Writer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.regex.Pattern;

/**
 * Writes HTML in which no value can become markup: every text and every attribute's value is sanitized, as in the log, and
 * escaped. Names of elements and attributes are checked, so that a value in their place fails; attributes that a browser would
 * run or load are not written at all. Elements are closed in order, and the document is complete only if all of them are.
 *
 * <p><b>Concurrency:</b> for one thread.
 */
final class HtmlWriter implements Closeable {
    private static final Pattern NAME = Pattern.compile("[a-zA-Z][a-zA-Z0-9-]*");

    /** Of this server alone: a path, a query or a place on the page. */
    private static final Pattern REFERENCE = Pattern.compile("[/?#][^/\\\\].*|/");

    /** Longer than any path; a text that is longer ends with how much is missing. */
    private static final int MAX_TEXT_BYTES = 16 << 10;

    private final Writer out;
    private final Deque<String> open = new ArrayDeque<>();
    private boolean inTag;

    /** Begins a document. Owns the writer. */
    HtmlWriter(Writer out) throws IOException {
        this.out = out;
        out.write("<!DOCTYPE html>\n");
    }

    /** Begins an element; its attributes may follow, then its content. */
    HtmlWriter begin(String element) throws IOException {
        checkName(element);
        endTag();
        out.write('<');
        out.write(element);
        open.push(element);
        inTag = true;
        return this;
    }

    /** Begins an element with a class. */
    HtmlWriter begin(String element, String cssClass) throws IOException {
        return begin(element).attribute("class", cssClass);
    }

    /** Adds an attribute to the element that has just begun. */
    HtmlWriter attribute(String name, String value) throws IOException {
        checkName(name);
        if (!inTag) {
            throw new IllegalStateException("attribute " + name + " outside of a tag");
        }
        if (name.startsWith("on") || name.equals("style") || name.equals("srcdoc")) {
            throw new IllegalArgumentException("attribute: " + name + " (expected: none that runs or styles)");
        }
        boolean isReference = name.equals("href") || name.equals("src") || name.equals("action");
        if (isReference && !REFERENCE.matcher(value).matches()) {
            throw new IllegalArgumentException("reference: " + value + " (expected: one to this server)");
        }
        out.write(' ');
        out.write(name);
        out.write("=\"");
        escape(value);
        out.write('"');
        return this;
    }

    /** Adds an attribute without a value. */
    HtmlWriter attribute(String name) throws IOException {
        return attribute(name, "");
    }

    /** Writes a text. */
    HtmlWriter text(String text) throws IOException {
        endTag();
        escape(text);
        return this;
    }

    /** Ends the element that was begun last. */
    HtmlWriter end() throws IOException {
        endTag();
        out.write("</");
        out.write(open.pop());
        out.write('>');
        return this;
    }

    /** Ends an element that has no content, such as {@code meta}. */
    HtmlWriter endEmpty() throws IOException {
        endTag();
        open.pop();
        return this;
    }

    /** Writes an element with a text. */
    HtmlWriter element(String element, String text) throws IOException {
        return begin(element).text(text).end();
    }

    /** Writes an element with a class and a text. */
    HtmlWriter element(String element, String cssClass, String text) throws IOException {
        return begin(element, cssClass).text(text).end();
    }

    /** Begins a new line of the source, which readers do not see. */
    HtmlWriter line() throws IOException {
        endTag();
        out.write('\n');
        return this;
    }

    private void endTag() throws IOException {
        if (inTag) {
            inTag = false;
            out.write('>');
        }
    }

    private static void checkName(String name) {
        if (!NAME.matcher(name).matches() || name.equalsIgnoreCase("style")) {
            throw new IllegalArgumentException("name: " + Sanitizer.printable(name) + " (expected: one of HTML's)");
        }
    }

    private void escape(String value) throws IOException {
        String text = Sanitizer.line(value, MAX_TEXT_BYTES);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '&' -> out.write("&amp;");
                case '<' -> out.write("&lt;");
                case '>' -> out.write("&gt;");
                case '"' -> out.write("&quot;");
                case '\'' -> out.write("&#39;");
                default -> out.write(c);
            }
        }
    }

    /**
     * Completes the document.
     *
     * @throws IllegalStateException if an element is open
     */
    @Override
    public void close() throws IOException {
        if (!open.isEmpty()) {
            throw new IllegalStateException("open: " + open + " (expected: all elements to be closed)");
        }
        out.write('\n');
        out.close();
    }
}
