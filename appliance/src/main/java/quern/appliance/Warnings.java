package quern.appliance;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SortedSet;
import quern.kv.journal.AliasRecord;
import quern.kv.journal.Catalogue;
import quern.kv.journal.ErasureRecord;
import quern.kv.journal.JobRecord;
import quern.kv.journal.Quarantine;
import quern.kv.journal.RecordKind;
import quern.kv.journal.Taint;

/** What an administrator should look at though everything works. */
public final class Warnings {

    private Warnings() {}

    /** One line each; reads the catalogue, and no more than a look at memory where nothing is in quarantine. */
    public static List<String> of(Catalogue catalogue, Quarantine quarantine) {
        Taint taint = Taint.of(catalogue, quarantine);
        List<String> warnings = new ArrayList<>(unfinished(catalogue));
        if (taint.adapters().isEmpty()) {
            return warnings;
        }
        for (AliasRecord alias : catalogue.all(RecordKind.ALIAS, AliasRecord.class)) {
            SortedSet<String> documents = alias.current().map(taint::ofAdapter).orElse(java.util.Collections
                    .emptySortedSet());
            if (!documents.isEmpty()) {
                warnings.add("alias '" + alias.alias() + "' points to adapter " + alias.current().orElse("")
                        + ", which is tainted by " + counted(documents) + " in quarantine; roll it back with POST "
                        + "/v1/aliases/" + alias.alias() + "/rollback");
            }
        }
        return warnings;
    }

    /** Erasures that were asked for and are not done. */
    private static List<String> unfinished(Catalogue catalogue) {
        List<String> warnings = new ArrayList<>();
        for (ErasureRecord erasure : catalogue.all(RecordKind.ERASURE, ErasureRecord.class)) {
            if (!erasure.done()) {
                var job = catalogue.get(RecordKind.JOB, erasure.jobId().isEmpty() ? "-" : erasure.jobId(),
                        JobRecord.class);
                String state = job.map(found -> "job " + found.id() + " "
                        + found.state().name().toLowerCase(Locale.ROOT)
                        + found.error().map(why -> ": " + why).orElse("")).orElse("no job has begun");
                warnings.add("the erasure of document " + erasure.documentId() + " is not done (" + state + ")"
                        + (erasure.incomplete() ? "" : "; it goes on with the next start, or with 'quern documents "
                                + "rm --erase' again"));
            }
        }
        return warnings;
    }

    private static String counted(SortedSet<String> documents) {
        return documents.size() == 1 ? "document " + documents.first() : documents.size() + " documents";
    }
}
