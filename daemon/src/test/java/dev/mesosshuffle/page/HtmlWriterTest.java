package dev.mesosshuffle.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HtmlWriterTest {
    private final StringWriter out = new StringWriter();

    @Test
    void writesElementsAttributesAndTexts() throws IOException {
        try (HtmlWriter html = new HtmlWriter(out)) {
            html.begin("p", "note")
                    .attribute("title", "exact")
                    .text("one ")
                    .element("b", "two")
                    .end();
        }

        assertThat(out).hasToString("<!DOCTYPE html>\n<p class=\"note\" title=\"exact\">one <b>two</b></p>\n");
    }

    @Test
    void leavesNoMarkupInATextOrValue() throws IOException {
        String hostile = "</td><script>alert('1')</script>\" onload=\"x&lt;";
        try (HtmlWriter html = new HtmlWriter(out)) {
            html.begin("td").attribute("title", hostile).text(hostile).end();
        }

        String escaped = "&lt;/td&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&quot; onload=&quot;x&amp;lt;";
        assertThat(out).hasToString("<!DOCTYPE html>\n<td title=\"" + escaped + "\">" + escaped + "</td>\n");
    }

    @Test
    void showsWhatWouldFoolAReaderAsItsNumber() throws IOException {
        try (HtmlWriter html = new HtmlWriter(out)) {
            html.element("td", "a\u202eb\u0000c\u200d");
        }

        assertThat(out.toString()).contains("<td>a\\u202eb\\u0000c\\u200d</td>");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "a>", "script src=x", "é", "style"})
    void takesNoValueForAName(String name) throws IOException {
        HtmlWriter html = new HtmlWriter(out);
        assertThatThrownBy(() -> html.begin(name)).isInstanceOf(IllegalArgumentException.class);
        html.begin("p");
        assertThatThrownBy(() -> html.attribute(name, "x")).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"onclick", "onload", "style", "srcdoc"})
    void writesNoAttributeThatRuns(String name) throws IOException {
        HtmlWriter html = new HtmlWriter(out).begin("p");
        assertThatThrownBy(() -> html.attribute(name, "x")).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "javascript:alert(1)", "//evil.example/x", "/\\evil.example", "http://evil.example/", "page"
            })
    void refersToNoOtherServer(String reference) throws IOException {
        HtmlWriter html = new HtmlWriter(out).begin("a");
        assertThatThrownBy(() -> html.attribute("href", reference)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/page/style.css", "?after=x", "#main"})
    void refersToThisServer(String reference) throws IOException {
        new HtmlWriter(out).begin("a").attribute("href", reference);
        assertThat(out.toString()).endsWith("<a href=\"" + reference + '"');
    }

    @Test
    void completesNoDocumentWithOpenElements() throws IOException {
        HtmlWriter html = new HtmlWriter(out).begin("p");
        assertThatThrownBy(html::close).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void addsNoAttributeAfterContent() throws IOException {
        HtmlWriter html = new HtmlWriter(out).begin("p").text("x");
        assertThatThrownBy(() -> html.attribute("title", "y")).isInstanceOf(IllegalStateException.class);
    }
}
