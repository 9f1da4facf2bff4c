package quern.config;

import java.time.Duration;

/**
 * Reading of scans by an installed tesseract, which runs as a child process.
 *
 * @param command its name on the search path, or its path; empty: scans are not read
 * @param languages its language data to use, such as {@code eng+deu}
 * @param pageTimeout after which it is ended and the page counts as unreadable
 * @param memoryMax address space it may take
 * @param dpi at which pages are drawn for it
 * @param pagesMax pages of one document that are read so
 */
public record OcrConfig(
        String command, String languages, Duration pageTimeout, DataSize memoryMax, int dpi, int pagesMax) {

    public OcrConfig {
        new Bounds()
                .check("languages", !languages.isBlank() && !languages.startsWith("-"),
                        "expected names joined by +, found '" + languages + "'")
                .within("pageTimeout", pageTimeout, Duration.ofMillis(1), Duration.ofHours(1))
                .within("memoryMax", memoryMax, "64MiB", "1TiB")
                .within("dpi", dpi, 50, 1200)
                .within("pagesMax", pagesMax, 1, 100_000)
                .enforce();
    }
}
