package quern.appliance.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import quern.actors.Caller;
import quern.actors.House;
import quern.actors.access.KeyRing;
import quern.actors.cache.PromptCache;
import quern.actors.cache.PromptPins;
import quern.config.QuernException;
import quern.kv.BlockPool.Tier;
import quern.kv.TierCheck;
import quern.kv.journal.Ownership;
import quern.kv.journal.PinRecord;
import quern.kv.journal.RecordId;

/**
 * The cache of computed prompts: {@code /v1/cache}. Whoever is no administrator sees, pins and clears what is of its
 * own tenant.
 */
public final class CacheRoutes {

    private static final int NAME_CHARS_MAX = 100;

    private final House house;
    private final KeyRing keys;
    private final JobDesk desk;
    private final GenerationRoutes generation;

    /** @param generation computes prompts that are to be pinned */
    public CacheRoutes(House house, KeyRing keys, JobDesk desk, GenerationRoutes generation) {
        this.house = house;
        this.keys = keys;
        this.desk = desk;
        this.generation = generation;
    }

    public List<Route> routes() {
        return List.of(
                Route.of("GET", "/v1/cache", Access.KEY, this::stat),
                Route.of("DELETE", "/v1/cache", Access.KEY, this::clear),
                Route.of("POST", "/v1/cache/verify", Access.ADMIN, this::verify),
                Route.of("GET", "/v1/cache/pins", Access.KEY, this::pins),
                Route.of("POST", "/v1/cache/pins", Access.KEY, this::pin),
                Route.of("DELETE", "/v1/cache/pins/{id}", Access.KEY, this::unpin));
    }

    private House.Running running() {
        return house.running().orElseThrow(() -> ApiError.unavailable("the model is loading", 1));
    }

    private PromptCache cache() {
        return new PromptCache(running().parts(), house.stores().catalogue());
    }

    private PromptPins book() {
        return new PromptPins(house.stores().catalogue(), running().parts().tiers());
    }

    private CompletionStage<HttpResponse> stat(Call call) {
        boolean usage = call.flag("usage", false);
        return desk.read(() -> {
            var report = new CacheReport(call.caller().admin());
            ObjectNode body = Json.object().put("object", "cache");
            report.model(running(), body);
            ArrayNode models = body.putArray("models");
            house.each(one -> report.own(one, models.addObject()));
            ArrayNode shared = body.putArray("shared");
            running().parts().machine().blocks().stats().forEach(
                    (tier, stats) -> report.shared(shared.addObject(), tier, stats));
            body.put("pins", book().all().stream().filter(owned(call.caller())).count());
            if (usage) {
                usage(tenants(call.caller()), body.putArray("tenants"));
            }
            return Json.ok(body);
        });
    }

    private void usage(Set<String> tenants, ArrayNode list) {
        Map<String, Long> blocks = new TreeMap<>();
        Map<String, Long> bytes = new TreeMap<>();
        house.each(one -> new PromptCache(one.parts(), house.stores().catalogue()).blocks(tenants).forEach(
                (tenant, count) -> {
                    blocks.merge(tenant, (long) count, Long::sum);
                    bytes.merge(tenant, count * one.parts().tiers().blockBytes(), Long::sum);
                }));
        blocks.forEach((tenant, count) -> list.addObject().put("tenant", tenant).put("blocks", count)
                .put("bytes", bytes.get(tenant)));
    }

    /** Those the caller may look at. */
    private Set<String> tenants(Caller caller) {
        Set<String> tenants = new LinkedHashSet<>(PromptCache.tenantsOf(caller));
        if (caller.admin()) {
            tenants.addAll(PromptCache.tenantsOf(Caller.LOCAL));
            keys.list().forEach(key -> {
                tenants.add(Caller.tenantOf(key.id(), key.tenant()));
                tenants.add(Caller.tenantOf(key.id(), Optional.empty()));
            });
        }
        return tenants;
    }

    private static Predicate<PinRecord> owned(Caller caller) {
        Set<String> own = PromptCache.tenantsOf(caller);
        return pin -> caller.admin() || own.contains(pin.tenant());
    }

    private CompletionStage<HttpResponse> clear(Call call) {
        boolean wipe = call.flag("wipe", false);
        Caller caller = call.caller();
        if (wipe && !caller.admin()) {
            throw ApiError.forbidden("only an administrator wipes: it takes what others cannot read any more, too");
        }
        return desk.read(() -> {
            Set<String> known = tenants(caller);
            Optional<String> tenant = call.query("tenant");
            if (tenant.isPresent() && !caller.admin() && !known.contains(tenant.get())) {
                throw ApiError.forbidden("only an administrator clears what is of another tenant");
            }
            Optional<String> adapter = call.query("adapter").map(this::fingerprint);
            boolean all = caller.admin() && tenant.isEmpty() && adapter.isEmpty();
            Set<String> tenants = tenant.map(Set::of).orElse(known);
            List<PinRecord> pins = book().remove(pin -> all || tenants.contains(pin.tenant())
                    && adapter.map(pin.adapterFingerprint()::equals).orElse(true));
            Map<Tier, Integer> cleared = new EnumMap<>(Tier.class);
            house.each(one -> {
                PromptCache cache = new PromptCache(one.parts(), house.stores().catalogue());
                (all ? cache.clearAll(wipe) : cache.clear(tenants, adapter, wipe))
                        .forEach((tier, count) -> cleared.merge(tier, count, Integer::sum));
            });
            ObjectNode body = Json.object().put("object", "cache.cleared").put("pins", pins.size());
            ObjectNode blocks = body.putObject("blocks");
            cleared.forEach((tier, count) -> blocks.put(tier.name().toLowerCase(Locale.ROOT), count));
            return Json.ok(body);
        });
    }

    /** @param id of an adapter; {@code base}: of none */
    private String fingerprint(String id) {
        return cache().fingerprint(id.equals("base") ? "" : id)
                .orElseThrow(() -> ApiError.notFound("adapter_not_found", "no adapter '" + id + "'"));
    }

    private CompletionStage<HttpResponse> verify(Call call) {
        return call.jsonOrEmpty().thenAccept(Fields::refuseOthers).thenCompose(read -> desk.read(() -> {
            ObjectNode body = Json.object().put("object", "cache.verified");
            ArrayNode tiers = body.putArray("tiers");
            Map<Tier, TierCheck> checks = running().parts().tiers().verify((done, of) -> true);
            checks.forEach((tier, check) -> tiers.addObject().put("tier", tier.name().toLowerCase(Locale.ROOT))
                    .put("blocks", check.blocks()).put("damaged", check.damaged()));
            return Json.ok(body);
        }));
    }

    private CompletionStage<HttpResponse> pins(Call call) {
        return desk.read(() -> {
            ObjectNode body = Json.object().put("object", "list");
            ArrayNode data = body.putArray("data");
            PromptPins book = book();
            book.all().stream().filter(owned(call.caller())).forEach(pin -> data.add(json(pin, book.stored(pin))));
            return Json.ok(body);
        });
    }

    private static ObjectNode json(PinRecord pin, int stored) {
        return Json.object().put("id", pin.id()).put("object", "cache.pin").put("name", pin.name())
                .put("model", pin.model()).put("tenant", pin.tenant()).put("tokens", pin.tokens())
                .put("blocks", pin.keys().size()).put("stored", stored)
                .put("created_at", pin.createdAtMs() / 1000);
    }

    private CompletionStage<HttpResponse> pin(Call call) {
        Arrival arrival = Arrival.of(call);
        return call.json().thenCompose(fields -> {
            String name = fields.text("name").orElse("");
            if (name.length() > NAME_CHARS_MAX) {
                throw fields.invalid("name", "has " + name.length() + " characters, at most " + NAME_CHARS_MAX);
            }
            fields.accept("model", "messages", "tools", "prompt", "cache_salt");
            fields.refuseOthers();
            ObjectNode prompt = fields.node().deepCopy();
            prompt.remove("name");
            prompt.put("max_tokens", 1).put("temperature", 0);
            String path = prompt.has("messages") ? GenerationRoutes.CHAT : GenerationRoutes.COMPLETIONS;
            ParsedRequest parsed = generation.read(path, Fields.of(prompt), arrival);
            if (parsed.request().prompts().size() != 1) {
                throw fields.invalid("prompt", "is several prompts; pin them one by one");
            }
            return generation.answer(path, Fields.of(prompt), arrival).result()
                    .thenCompose(computed -> desk.read(() -> pinned(call.caller(), name, parsed)));
        });
    }

    private HttpResponse pinned(Caller caller, String name, ParsedRequest parsed) {
        List<HttpResponse> answers = new ArrayList<>();
        house.each(one -> {
            if (answers.isEmpty() && one.models().find(parsed.request().model(), caller).isPresent()) {
                answers.add(pinned(one, caller, name, parsed));
            }
        });
        return answers.stream().findFirst().orElseThrow(() -> ApiError.unknownModel(parsed.request().model()));
    }

    private HttpResponse pinned(House.Running running, Caller caller, String name, ParsedRequest parsed) {
        PromptCache cache = new PromptCache(running.parts(), house.stores().catalogue());
        String model = parsed.request().model();
        String adapter = running.models().find(model, caller).orElseThrow(() -> ApiError.unknownModel(model))
                .adapter().flatMap(running.parts().model().adapters()::find)
                .map(loaded -> loaded.fingerprint()).orElse("");
        int[] tokens = running.parts().encoder().encode(parsed.request().prompts().getFirst());
        List<String> blocks = cache.keys(adapter, parsed.request().cache(), tokens);
        if (blocks.isEmpty()) {
            throw ApiError.of(422, "prompt_too_short", "the prompt has " + tokens.length + " tokens, less than a "
                    + "block of " + running.parts().config().kv().blockTokens() + ": nothing of it is cached");
        }
        PinRecord pin = new PinRecord(RecordId.next("pin-"), name, model, adapter, caller.tenant(), blocks,
                tokens.length, Ownership.of(caller.keyId(), caller.labels()), System.currentTimeMillis());
        try {
            return Json.ok(json(pin, new PromptPins(house.stores().catalogue(), running.parts().tiers()).add(pin)));
        } catch (QuernException full) {
            throw ApiError.of(422, "cannot_pin", full.getMessage());
        }
    }

    private CompletionStage<HttpResponse> unpin(Call call) {
        String id = call.id("id");
        return desk.read(() -> {
            List<PinRecord> gone = book().remove(owned(call.caller()).and(pin -> pin.id().equals(id)));
            if (gone.isEmpty()) {
                throw ApiError.notFound("pin_not_found", "no pinned prompt '" + id + "'");
            }
            return Json.ok(Json.object().put("id", id).put("object", "cache.pin").put("deleted", true));
        });
    }
}
