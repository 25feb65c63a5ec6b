package dev.mesosshuffle.driver;

/** Where the lines for people go. */
interface ReportLog {
    void info(String line);

    void warn(String line);
}
