package quern.curation.secret;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.List;
import java.util.Map;
import java.util.Set;
import quern.curation.Draft;
import quern.curation.FieldPath;
import quern.curation.Mapper;

/**
 * Puts {@code [SECRET GITHUB]} and the like in the place of secrets in a sample's text, or in all its text fields. Each
 * is counted in the run's report by kind, {@code masked github}; neither log nor report nor tracer gets a part of it.
 *
 * <p>Recipe key {@code mask_secrets_mapper}; Data-Juicer has no operator of the kind.
 *
 * @param allFields whether every text field of the sample is treated, not only {@code textKey}; names of fields stay
 */
public record MaskSecretsMapper(String textKey, Set<SecretKind> kinds, boolean allFields) implements Mapper {

    @Override
    public String name() {
        return "mask_secrets_mapper";
    }

    @Override
    public boolean hidesText() {
        return true;
    }

    @Override
    public List<Draft> apply(Draft draft) {
        String before = draft.text(textKey);
        String after = masked(before, draft);
        JsonNode own = FieldPath.get(draft.fields(), textKey);
        if (allFields) {
            for (Map.Entry<String, JsonNode> field : List.copyOf(draft.fields().properties())) {
                if (!field.getKey().startsWith(Draft.PRIVATE_PREFIX) && field.getValue() != own) {
                    draft.fields().set(field.getKey(), masked(field.getValue(), own, draft));
                }
            }
        }
        if (!after.equals(before)) {
            draft.setText(textKey, after);
        }
        return List.of(draft);
    }

    private JsonNode masked(JsonNode node, JsonNode own, Draft draft) {
        if (node == own) {
            return node;
        }
        if (node.isTextual()) {
            String after = masked(node.textValue(), draft);
            return after.equals(node.textValue()) ? node : TextNode.valueOf(after);
        }
        if (node instanceof ObjectNode object) {
            List.copyOf(object.properties())
                    .forEach(field -> object.set(field.getKey(), masked(field.getValue(), own, draft)));
        } else if (node instanceof ArrayNode array) {
            for (int i = 0; i < array.size(); i++) {
                array.set(i, masked(array.get(i), own, draft));
            }
        }
        return node;
    }

    private String masked(String text, Draft draft) {
        StringBuilder masked = null;
        int at = 0;
        for (Secret secret : SecretFinder.find(text)) {
            if (kinds.contains(secret.kind())) {
                masked = masked == null ? new StringBuilder(text.length()) : masked;
                masked.append(text, at, secret.from()).append(secret.kind().mask());
                at = secret.to();
                draft.note("masked " + secret.kind().key());
            }
        }
        return masked == null ? text : masked.append(text, at, text.length()).toString();
    }
}
