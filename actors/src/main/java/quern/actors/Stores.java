package quern.actors;

import quern.config.ApplianceConfig;
import quern.kv.DataDirectory;
import quern.kv.journal.Catalogue;

/**
 * What the data directory holds, open. Everything in it is safe for any thread and blocks on disks.
 *
 * @param directory closed last: it holds the lock
 */
public record Stores(DataDirectory directory, Catalogue catalogue) implements AutoCloseable {

    /** @throws quern.config.QuernException FATAL if another process has the directory or it is damaged */
    public static Stores open(ApplianceConfig config) {
        DataDirectory directory = DataDirectory.open(config.data());
        try {
            return new Stores(directory, Catalogue.open(directory.catalogue(), config.jobs().eventsPerJobMax()));
        } catch (RuntimeException failure) {
            directory.close();
            throw failure;
        }
    }

    @Override
    public void close() {
        try {
            catalogue.close();
        } finally {
            directory.close();
        }
    }
}
