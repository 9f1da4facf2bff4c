package quern.curation.deident;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.List;
import java.util.Map;
import quern.curation.Draft;
import quern.curation.FieldPath;
import quern.curation.Mapper;
import quern.curation.RunException;
import quern.curation.SampleException;

/**
 * Replaces what identifies somebody in a sample's text, or in all its text fields. Every replacement is counted in the
 * run's report by kind, {@code masked name}; what may be an identifier and cannot be judged is treated as the recipe
 * says and counted apart, {@code unsure phone}. Neither log nor report nor tracer ever gets a part of the text.
 *
 * <p>Recipe keys {@code mask_identifiers_mapper} and {@code pseudonymize_identifiers_mapper}; Data-Juicer has no
 * operator of the kind.
 *
 * @param allFields whether every text field of the sample is treated, not only {@code textKey}; names of fields stay
 * @param scopeKey field whose value says whose dates are shifted alike; null: the document
 */
public record DeidentifyMapper(String name, String textKey, boolean allFields, Deidentifier deidentifier,
        String scopeKey)
        implements Mapper {

    @Override
    public String emptyReason() {
        return "identifier unsure";
    }

    /** Where a model is asked too. */
    @Override
    public boolean waits() {
        return deidentifier.recognizer() != null;
    }

    @Override
    public boolean hidesText() {
        return true;
    }

    @Override
    public List<Draft> apply(Draft draft) {
        String scope = scope(draft);
        String before = draft.text(textKey);
        String after = deidentify(before, scope, draft);
        if (after == null || allFields && !fields(draft, scope)) {
            return List.of();
        }
        if (!after.equals(before)) {
            draft.setText(textKey, after);
        }
        return List.of(draft);
    }

    private String scope(Draft draft) {
        JsonNode given = scopeKey == null ? null : FieldPath.get(draft.fields(), scopeKey);
        return given == null || given.isNull() ? draft.sample().documentId() : given.asText();
    }

    private String deidentify(String text, String scope, Draft draft) {
        try {
            Deidentifier.Result result = deidentifier.apply(text, scope);
            result.counts().forEach((what, count) -> {
                for (int i = 0; i < count; i++) {
                    draft.note(what);
                }
            });
            return result.text();
        } catch (RunException stopped) {
            throw stopped;
        } catch (RuntimeException failed) {
            throw new SampleException("de-identification failed: " + failed.getClass().getSimpleName());
        }
    }

    /** @return false where the sample is to be dropped */
    private boolean fields(Draft draft, String scope) {
        JsonNode own = FieldPath.get(draft.fields(), textKey);
        for (Map.Entry<String, JsonNode> field : List.copyOf(draft.fields().properties())) {
            if (!field.getKey().startsWith(Draft.PRIVATE_PREFIX) && field.getValue() != own) {
                JsonNode changed = changed(field.getValue(), own, scope, draft);
                if (changed == null) {
                    return false;
                }
                draft.fields().set(field.getKey(), changed);
            }
        }
        return true;
    }

    private JsonNode changed(JsonNode node, JsonNode own, String scope, Draft draft) {
        if (node == own) {
            return node;
        }
        if (node.isTextual()) {
            String text = deidentify(node.textValue(), scope, draft);
            return text == null ? null : text.equals(node.textValue()) ? node : TextNode.valueOf(text);
        }
        if (node instanceof ObjectNode object) {
            for (Map.Entry<String, JsonNode> field : List.copyOf(object.properties())) {
                JsonNode changed = changed(field.getValue(), own, scope, draft);
                if (changed == null) {
                    return null;
                }
                object.set(field.getKey(), changed);
            }
        } else if (node instanceof ArrayNode array) {
            for (int i = 0; i < array.size(); i++) {
                JsonNode changed = changed(array.get(i), own, scope, draft);
                if (changed == null) {
                    return null;
                }
                array.set(i, changed);
            }
        }
        return node;
    }
}
