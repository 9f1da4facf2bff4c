package quern.actors.erase;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import quern.actors.Stores;
import quern.kv.journal.AdapterRecord;
import quern.kv.journal.AdapterState;
import quern.kv.journal.AliasRecord;
import quern.kv.journal.Catalogue;
import quern.kv.journal.DatasetRecord;
import quern.kv.journal.Edge;
import quern.kv.journal.RecordKind;
import quern.kv.journal.RecordRef;
import quern.kv.journal.Taint;

/**
 * What lineage knows of a document: datasets that hold it, adapters that learnt from those, aliases that point to
 * these. Nothing is changed by making a plan.
 *
 * @param datasets that have samples of the document, or traces of samples they dropped
 * @param adapters that learnt from its samples, not erased yet
 * @param moves aliases that point or go back to one of those adapters
 */
public record ErasurePlan(List<Held> datasets, List<AdapterRecord> adapters, List<Move> moves) {

    /** @param sampled whether a sample of the document is in it; else only traces of dropped ones are */
    public record Held(DatasetRecord dataset, boolean sampled) {}

    /**
     * @param points whether it points to one of them; else it only would go back to one, and forgets that
     * @param to adapters it may point to from now on, the best first; the base model after the last
     */
    public record Move(AliasRecord alias, boolean points, List<AdapterRecord> to) {}

    /** @param files uploaded files that go with the document: what was tuned on one goes too */
    public static ErasurePlan of(Stores stores, String documentId, Set<String> files) {
        Catalogue catalogue = stores.catalogue();
        Map<String, Boolean> made = new LinkedHashMap<>();
        for (Edge edge : catalogue.edgesFrom(RecordKind.DOCUMENT, documentId)) {
            if (edge.toKind() == RecordKind.DATASET) {
                made.merge(edge.toId(), !edge.role().equals(Taint.READ), Boolean::logicalOr);
            }
        }
        List<Held> datasets = new ArrayList<>();
        ArrayDeque<RecordRef> taught = new ArrayDeque<>();
        made.forEach((id, sampled) -> {
            catalogue.get(RecordKind.DATASET, id, DatasetRecord.class)
                    .ifPresent(dataset -> datasets.add(new Held(dataset, sampled)));
            if (sampled) {
                taught.add(new RecordRef(RecordKind.DATASET, id));
            }
        });
        files.forEach(id -> taught.add(new RecordRef(RecordKind.FILE, id)));
        List<AdapterRecord> adapters = adapters(catalogue, taught);
        return new ErasurePlan(datasets, adapters, moves(stores, adapters));
    }

    /** The same with these datasets. */
    ErasurePlan holding(List<Held> held) {
        return new ErasurePlan(held, adapters, moves);
    }

    /** Adapters trained on these, and what was made of those adapters. */
    private static List<AdapterRecord> adapters(Catalogue catalogue, ArrayDeque<RecordRef> taught) {
        Map<String, AdapterRecord> found = new LinkedHashMap<>();
        while (!taught.isEmpty()) {
            RecordRef from = taught.remove();
            for (Edge edge : catalogue.edgesFrom(from.kind(), from.id())) {
                if (edge.toKind() == RecordKind.ADAPTER && !found.containsKey(edge.toId())) {
                    catalogue.get(RecordKind.ADAPTER, edge.toId(), AdapterRecord.class).ifPresent(adapter -> {
                        found.put(adapter.id(), adapter);
                        taught.add(edge.to());
                    });
                }
            }
        }
        return found.values().stream().filter(adapter -> adapter.state() != AdapterState.ERASED).toList();
    }

    private static List<Move> moves(Stores stores, List<AdapterRecord> gone) {
        Set<String> ids = gone.stream().map(AdapterRecord::id).collect(Collectors.toSet());
        if (ids.isEmpty()) {
            return List.of();
        }
        Taint taint = Taint.of(stores.catalogue(), stores.quarantine());
        List<AdapterRecord> fit = StreamSupport.stream(
                        stores.catalogue().all(RecordKind.ADAPTER, AdapterRecord.class).spliterator(), false)
                .filter(adapter -> !ids.contains(adapter.id()) && adapter.unfit().isEmpty()
                        && adapter.state() != AdapterState.REMOVED && taint.ofAdapter(adapter.id()).isEmpty())
                .sorted(Comparator.comparingLong(AdapterRecord::createdAtMs).reversed())
                .toList();
        List<Move> moves = new ArrayList<>();
        for (AliasRecord alias : stores.catalogue().all(RecordKind.ALIAS, AliasRecord.class)) {
            boolean current = alias.current().filter(ids::contains).isPresent();
            boolean previous = alias.previous().filter(ids::contains).isPresent();
            if (current || previous) {
                moves.add(new Move(alias, current, current ? history(alias, fit) : List.of()));
            }
        }
        return moves;
    }

    /** What the alias pointed to before, then whatever else was published under its name, the newest first. */
    private static List<AdapterRecord> history(AliasRecord alias, List<AdapterRecord> fit) {
        List<AdapterRecord> history = new ArrayList<>(fit.stream()
                .filter(adapter -> alias.previous().filter(adapter.id()::equals).isPresent()).toList());
        fit.stream().filter(adapter -> adapter.name().equals(alias.alias()) && !history.contains(adapter)
                        && adapter.ownership().ownerKeyId().equals(alias.ownership().ownerKeyId()))
                .forEach(history::add);
        return history;
    }
}
