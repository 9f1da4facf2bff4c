package quern.kv.journal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import quern.config.QuernException;
import quern.config.QuernException.Category;
import quern.kv.AtomicFile;
import quern.kv.vault.Vault;

/**
 * Says in the catalogue's directory by which vault its values are sealed, so that keys that were lost or belong to
 * another directory are noticed before anything is written.
 */
final class VaultMark {

    private static final String FILE = "SEALED";

    private final Path file;

    VaultMark(Path catalogue) {
        file = catalogue.resolve(FILE);
    }

    void require(Vault vault) {
        try {
            String expected = Files.exists(file) ? Files.readString(file).strip() : "";
            if (!expected.isEmpty() && !expected.equals(vault.id())) {
                throw new QuernException(Category.FATAL, "catalogue " + file.getParent() + " is sealed by the keys "
                        + expected + ", found " + (vault.id().isEmpty() ? "none" : vault.id()) + "; restore the "
                        + Vault.DIRECTORY + " directory of this data directory from a copy");
            }
        } catch (IOException e) {
            throw new QuernException(Category.FATAL, file + " cannot be read: " + e, e);
        }
    }

    /** Leaves the mark, once something may be sealed. */
    void leave(Vault vault) {
        try {
            if (vault.sealing() && !Files.exists(file)) {
                AtomicFile.write(file, vault.id() + "\n");
            }
        } catch (IOException e) {
            throw new QuernException(Category.FATAL, file + " cannot be written: " + e, e);
        }
    }
}
