package quern.actors;

import java.util.ArrayDeque;
import quern.config.ApplianceConfig;
import quern.ingest.DocumentJournal;
import quern.kv.DataDirectory;
import quern.kv.journal.Catalogue;
import quern.kv.journal.Quarantine;

/**
 * What the data directory holds, open. Everything in it is safe for any thread and blocks on disks.
 *
 * @param directory closed last: it holds the lock
 * @param quarantine documents of the journal that no run may use
 */
public record Stores(
        DataDirectory directory, Catalogue catalogue, DocumentJournal documents, Quarantine quarantine)
        implements AutoCloseable {

    /** @throws quern.config.QuernException FATAL if another process has the directory or it is damaged */
    public static Stores open(ApplianceConfig config) {
        DataDirectory directory = DataDirectory.open(config.data());
        var opened = new ArrayDeque<AutoCloseable>();
        opened.push(directory);
        try {
            Catalogue catalogue = Catalogue.open(directory.catalogue(), config.jobs().eventsPerJobMax());
            opened.push(catalogue);
            return new Stores(directory, catalogue, DocumentJournal.open(directory.documents(), config.ingest()),
                    Quarantine.open(catalogue));
        } catch (RuntimeException failure) {
            for (AutoCloseable store : opened) {
                closeQuietly(store, failure);
            }
            throw failure;
        }
    }

    private static void closeQuietly(AutoCloseable store, RuntimeException failure) {
        try {
            store.close();
        } catch (Exception e) {
            failure.addSuppressed(e);
        }
    }

    @Override
    public void close() {
        try {
            documents.close();
        } finally {
            try {
                catalogue.close();
            } finally {
                directory.close();
            }
        }
    }
}
