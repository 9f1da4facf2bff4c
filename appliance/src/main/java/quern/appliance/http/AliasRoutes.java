package quern.appliance.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.stream.StreamSupport;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import quern.actors.Caller;
import quern.actors.House;
import quern.actors.models.AdapterExport;
import quern.actors.serving.AdapterShelf;
import quern.kv.journal.AdapterRecord;
import quern.kv.journal.AdapterState;
import quern.kv.journal.AliasRecord;
import quern.kv.journal.RecordKind;
import quern.kv.journal.Taint;
import quern.kv.journal.WriteSet;

/** Names that point to adapters, moved forward by publishing and back by rolling back: {@code /v1/aliases}. */
public final class AliasRoutes {

    private final JobDesk desk;
    private final House house;

    public AliasRoutes(JobDesk desk, House house) {
        this.desk = desk;
        this.house = house;
    }

    public List<Route> routes() {
        return List.of(
                Route.of("GET", "/v1/aliases", Access.KEY, this::list),
                Route.of("POST", "/v1/aliases/{alias}/publish", Access.KEY, this::publish),
                Route.of("POST", "/v1/aliases/{alias}/rollback", Access.KEY, this::rollBack));
    }

    private CompletionStage<HttpResponse> list(Call call) {
        return desk.read(() -> {
            Taint taint = desk.taint();
            ObjectNode body = Json.object().put("object", "list");
            var items = body.putArray("data");
            StreamSupport.stream(desk.catalogue().all(RecordKind.ALIAS, AliasRecord.class).spliterator(), false)
                    .filter(alias -> call.caller().sees(alias.ownership()))
                    .forEach(alias -> items.add(json(alias, taint)));
            return Json.ok(body);
        });
    }

    /** Points an alias to an adapter that passed its gate. */
    private CompletionStage<HttpResponse> publish(Call call) {
        String name = call.id("alias");
        return call.json().thenCompose(fields -> {
            String adapterId = fields.requiredText("adapter");
            boolean allowTainted = fields.flag("allow_tainted", false);
            fields.refuseOthers();
            return desk.read(() -> Json.ok(publish(call.caller(), name, adapterId, allowTainted)));
        });
    }

    /** As the alias is afterwards. Blocks. */
    ObjectNode publish(Caller caller, String name, String adapterId, boolean allowTainted) {
        AdapterRecord adapter = desk.catalogue().get(RecordKind.ADAPTER, adapterId, AdapterRecord.class)
                .filter(found -> caller.sees(found.ownership()))
                .orElseThrow(() -> ApiError.notFound("model_not_found", "no adapter '" + adapterId + "'"));
        adapter.unfit().ifPresent(why -> {
            throw ApiError.conflict("adapter '" + adapterId + "' " + why);
        });
        Taint taint = desk.taint();
        refuseTainted(adapter, "", taint, allowTainted);
        serve(adapter);
        long nowMs = System.currentTimeMillis();
        AliasRecord alias = desk.catalogue().get(RecordKind.ALIAS, name, AliasRecord.class)
                .map(known -> requireSeen(caller, known).published(adapterId, nowMs))
                .orElseGet(() -> AliasRecord.of(name, adapterId, adapter.ownership(), nowMs));
        desk.catalogue().commit(new WriteSet().put(RecordKind.ALIAS, name, alias)
                .put(RecordKind.ADAPTER, adapterId, adapter.withState(AdapterState.LIVE)));
        return json(alias, taint);
    }

    /** @throws ApiError 409 if somebody else has an alias of the name */
    void requireFree(Caller caller, String name) {
        desk.catalogue().get(RecordKind.ALIAS, name, AliasRecord.class)
                .ifPresent(known -> requireSeen(caller, known));
    }

    /** Points an alias to what it pointed to before; the base model if that was nothing, where it stays then. */
    private CompletionStage<HttpResponse> rollBack(Call call) {
        String name = call.id("alias");
        return call.jsonOrEmpty().thenCompose(fields -> {
            boolean allowTainted = fields.flag("allow_tainted", false);
            fields.refuseOthers();
            return desk.read(() -> rolledBack(call.caller(), name, allowTainted));
        });
    }

    private HttpResponse rolledBack(Caller caller, String name, boolean allowTainted) {
        AliasRecord alias = desk.catalogue().get(RecordKind.ALIAS, name, AliasRecord.class)
                .filter(found -> caller.sees(found.ownership()))
                .orElseThrow(() -> ApiError.notFound("alias_not_found", "no alias '" + name + "'"));
        if (alias.current().isEmpty()) {
            throw ApiError.conflict("alias '" + name + "' points to the base model already, there is nothing before;"
                    + " publish an adapter to it");
        }
        AliasRecord moved = alias.rolledBack(System.currentTimeMillis());
        Taint taint = desk.taint();
        moved.current().ifPresent(this::refuseRemoved);
        moved.current().flatMap(this::adapter)
                .ifPresent(adapter -> refuseTainted(adapter, ", the one before,", taint, allowTainted));
        WriteSet changes = new WriteSet().put(RecordKind.ALIAS, name, moved);
        moved.current()
                .flatMap(this::adapter)
                .ifPresent(adapter -> {
                    serve(adapter);
                    changes.put(RecordKind.ADAPTER, adapter.id(), adapter.withState(AdapterState.LIVE));
                });
        desk.catalogue().commit(changes);
        return Json.ok(json(moved, taint));
    }

    private Optional<AdapterRecord> adapter(String id) {
        return desk.catalogue().get(RecordKind.ADAPTER, id, AdapterRecord.class);
    }

    /** Tainted by a document here, or where it was exported. */
    private void refuseTainted(AdapterRecord adapter, String which, Taint taint, boolean allowed) {
        TaintJson.refuse("adapter '" + adapter.id() + "'" + which, taint.ofAdapter(adapter.id()), allowed);
        if (!allowed && isTainted(adapter, taint)) {
            throw ApiError.conflict("adapter '" + adapter.id() + "'" + which + " was tainted where it was exported: a"
                    + " document it learnt from was in quarantine; 'allow_tainted' publishes it all the same");
        }
    }

    private boolean isTainted(AdapterRecord adapter, Taint taint) {
        return new AdapterExport(house.stores().directory(), desk.catalogue(), taint).isTainted(adapter);
    }

    private void refuseRemoved(String id) {
        if (adapter(id)
                .filter(adapter -> adapter.state() == AdapterState.REMOVED
                        || adapter.state() == AdapterState.ERASED).isPresent()) {
            throw ApiError.conflict("adapter '" + id + "', the one before, was removed; publish another one");
        }
    }

    /**
     * Its files are read, so that no alias moves to an adapter that cannot be served; where its base is not loaded,
     * that happens when it is.
     */
    private void serve(AdapterRecord adapter) {
        var standing = house.running().orElseThrow(() -> ApiError.unavailable("the model is loading", 1));
        boolean[] served = new boolean[1];
        house.each(running -> {
            if (running.parts().model().fingerprint().equals(adapter.baseFingerprint())) {
                new AdapterShelf(running.parts().model(), house.stores()).serve(adapter);
                served[0] = true;
            }
        });
        if (!served[0] && house.names().ofFingerprint(adapter.baseFingerprint()).isEmpty()) {
            new AdapterShelf(standing.parts().model(), house.stores()).serve(adapter);
        }
    }

    private static AliasRecord requireSeen(Caller caller, AliasRecord alias) {
        if (!caller.sees(alias.ownership())) {
            throw ApiError.conflict("the alias '" + alias.alias() + "' is taken");
        }
        return alias;
    }

    private ObjectNode json(AliasRecord alias, Taint taint) {
        String base = house.running().map(running -> running.parts().modelId()).orElse("");
        return Json.object()
                .put("id", alias.alias())
                .put("object", "alias")
                .put("current", alias.current().orElse(base))
                .put("previous", alias.current().isEmpty() ? null : alias.previous().orElse(base))
                .put("tainted", alias.current().flatMap(this::adapter)
                        .filter(adapter -> isTainted(adapter, taint)).isPresent())
                .put("updated_at", alias.updatedAtMs() / 1000);
    }
}
