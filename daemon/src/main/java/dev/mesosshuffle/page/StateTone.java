package dev.mesosshuffle.page;

import java.io.IOException;

/** How a state is to be taken. It is shown by a colour beside its word, never by the colour alone. */
enum StateTone {
    GOOD,
    NEUTRAL,
    BUSY,
    WARNING,
    BAD;

    /** Writes a state's word in this tone. */
    void write(HtmlWriter html, String word) throws IOException {
        html.begin("span", "state " + cssClass()).text(word).end();
    }

    String cssClass() {
        return switch (this) {
            case GOOD -> "good";
            case NEUTRAL -> "neutral";
            case BUSY -> "busy";
            case WARNING -> "warning";
            case BAD -> "bad";
        };
    }
}
