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
        DataDirectory directory = DataDirectory.open(config.data(), config.encryption(), System.getenv());
        var opened = new ArrayDeque<AutoCloseable>();
        opened.push(directory);
        try {
            Catalogue catalogue = Catalogue.open(directory.catalogue(), config.jobs().eventsPerJobMax(),
                    directory.vault());
            opened.push(catalogue);
            var documents = DocumentJournal.open(directory.documents(), config.ingest(), directory.vault());
            opened.push(documents);
            return new Stores(directory, catalogue, documents, Quarantine.open(catalogue));
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
