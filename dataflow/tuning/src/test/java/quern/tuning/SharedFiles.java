package quern.tuning;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/** Reference files beside the checkout: a test that needs an absent one is skipped, or fails where all are required. */
final class SharedFiles {

    private SharedFiles() {}

    static Path at(String relative) {
        Path file = Path.of(System.getProperty("quern.root", ".")).resolve("../shared").resolve(relative).normalize();
        if (!Files.exists(file)) {
            if ("required".equals(System.getProperty("quern.reference"))) {
                Assertions.fail("required reference file " + file + " is absent");
            }
            Assumptions.abort("reference file " + file + " is absent");
        }
        return file;
    }
}
