package quern.appliance.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.regex.Pattern;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import quern.actors.access.KeyRing;
import quern.kv.journal.KeyRecord;

/** Keys, for administrators: {@code /v1/keys}. The secret is shown once, when the key is made. */
public final class KeyRoutes {

    private static final int NAME_CHARS_MAX = 100;
    private static final int LABELS_MAX = 100;
    private static final Pattern TENANT = Pattern.compile("[A-Za-z0-9._-]{1,64}");

    private final KeyRing keys;
    private final JobDesk desk;

    public KeyRoutes(KeyRing keys, JobDesk desk) {
        this.keys = keys;
        this.desk = desk;
    }

    public List<Route> routes() {
        return List.of(
                Route.of("GET", "/v1/keys", Access.ADMIN, call -> list()),
                Route.of("POST", "/v1/keys", Access.ADMIN, this::create),
                Route.of("DELETE", "/v1/keys/{id}", Access.ADMIN, this::revoke));
    }

    private CompletionStage<HttpResponse> list() {
        return desk.read(() -> {
            ObjectNode body = Json.object().put("object", "list");
            var items = body.putArray("data");
            keys.list().forEach(key -> items.add(json(key)));
            return Json.ok(body);
        });
    }

    private CompletionStage<HttpResponse> create(Call call) {
        return call.json().thenCompose(fields -> {
            String name = fields.requiredText("name");
            if (name.isBlank() || name.length() > NAME_CHARS_MAX) {
                throw fields.invalid("name", "has " + name.length() + " characters, expected 1 to " + NAME_CHARS_MAX);
            }
            boolean admin = fields.flag("admin", false);
            Set<String> labels = Labels.read(fields, "labels", LABELS_MAX);
            Optional<String> tenant = tenant(fields);
            fields.refuseOthers();
            return desk.read(() -> {
                KeyRecord.Issued issued = keys.issue(name, admin, tenant, labels);
                return Json.ok(json(issued.key()).put("key", issued.token()));
            });
        });
    }

    private static Optional<String> tenant(Fields fields) {
        Optional<String> tenant = fields.text("tenant");
        if (tenant.isPresent() && !TENANT.matcher(tenant.get()).matches()) {
            throw fields.invalid("tenant", "is not 1 to 64 letters, digits, dots, hyphens or underscores");
        }
        return tenant;
    }

    private CompletionStage<HttpResponse> revoke(Call call) {
        String id = call.id("id");
        if (id.equals(call.caller().keyId())) {
            throw ApiError.conflict("a key cannot revoke itself");
        }
        return desk.read(() -> Json.ok(json(keys.revoke(id)
                .orElseThrow(() -> ApiError.notFound("key_not_found", "no key '" + id + "'")))));
    }

    private static ObjectNode json(KeyRecord key) {
        ObjectNode node = Json.object().put("id", key.id()).put("object", "key").put("name", key.name())
                .put("admin", key.admin()).put("created_at", key.createdAtMs() / 1000).put("revoked", key.revoked());
        key.tenant().ifPresent(tenant -> node.put("tenant", tenant));
        key.labels().stream().sorted().forEach(node.putArray("labels")::add);
        return node;
    }
}
