package quern.curation.generation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import quern.curation.TextGenerator.Answer;

/**
 * What is extracted of a text into its meta object, and how it is asked for.
 *
 * <p>Field names of the results are Data-Juicer's.
 */
public sealed interface Extraction {

    /** Recipe key. */
    String operator();

    /** What the model is told. */
    String prompt();

    /** What the answer is held to. */
    JsonNode schema();

    /** Meta fields where there is no usable answer. */
    Map<String, JsonNode> none();

    /** Meta fields read out of an answer. */
    Map<String, JsonNode> read(Answer answer);

    /** Meta fields read out of a free answer by the recipe's pattern. */
    default Map<String, JsonNode> read(Answer answer, Pattern pattern) {
        throw new UnsupportedOperationException(operator() + " has no output pattern");
    }

    private static Map<String, JsonNode> one(String key, JsonNode value) {
        Map<String, JsonNode> fields = new LinkedHashMap<>();
        fields.put(key, value);
        return fields;
    }

    private static JsonNode list(List<String> texts) {
        var array = JsonNodeFactory.instance.arrayNode();
        texts.forEach(array::add);
        return array;
    }

    /** {@code extract_keyword_mapper}: a list of key words. */
    record Keywords(String key) implements Extraction {

        private static final int KEYWORDS_MAX = 20;

        @Override
        public String operator() {
            return "extract_keyword_mapper";
        }

        @Override
        public String prompt() {
            return "Name the key words that sum up what the text is about, in the language of the text. Answer as "
                    + "JSON: {\"keywords\": [\"...\"]}";
        }

        @Override
        public JsonNode schema() {
            return Schemas.object("keywords", Schemas.list(Schemas.name(), KEYWORDS_MAX).put("minItems", 1));
        }

        @Override
        public Map<String, JsonNode> none() {
            return one(key, list(List.of()));
        }

        @Override
        public Map<String, JsonNode> read(Answer answer) {
            return checked(AnswerJson.texts(AnswerJson.object(answer), "keywords"));
        }

        @Override
        public Map<String, JsonNode> read(Answer answer, Pattern pattern) {
            Set<String> all = new LinkedHashSet<>();
            PatternReader.all(pattern, answer.text()).forEach(groups -> all.addAll(Names.split(groups.getFirst())));
            return checked(List.copyOf(all));
        }

        private Map<String, JsonNode> checked(List<String> keywords) {
            if (keywords.isEmpty()) {
                throw new UnusableAnswer("empty");
            }
            return one(key, list(keywords));
        }
    }

    /** {@code extract_nickname_mapper}: who calls whom what, as relations. */
    record Nicknames(String key) implements Extraction {

        private static final int NICKNAMES_MAX = 30;

        @Override
        public String operator() {
            return "extract_nickname_mapper";
        }

        @Override
        public String prompt() {
            return "Find out by what nicknames people of the text call each other. Give the one who speaks, the one "
                    + "spoken to by name, and the nickname, which is not that name; at most the most frequent one for "
                    + "each two people. Answer as JSON: {\"nicknames\": [{\"speaker\": \"...\", \"person\": \"...\", "
                    + "\"nickname\": \"...\"}]}, with an empty list if there are none.";
        }

        @Override
        public JsonNode schema() {
            return Schemas.object("nicknames", Schemas.list(Schemas.object("speaker", Schemas.name(), "person",
                    Schemas.name(), "nickname", Schemas.name()), NICKNAMES_MAX));
        }

        @Override
        public Map<String, JsonNode> none() {
            return one(key, list(List.of()));
        }

        @Override
        public Map<String, JsonNode> read(Answer answer) {
            var relations = JsonNodeFactory.instance.arrayNode();
            Set<List<String>> known = new LinkedHashSet<>();
            for (JsonNode one : AnswerJson.objects(AnswerJson.object(answer), "nicknames")) {
                add(known, AnswerJson.text(one, "speaker"), AnswerJson.text(one, "person"),
                        AnswerJson.text(one, "nickname"));
            }
            known.forEach(names -> relations.add(relation(names)));
            return one(key, relations);
        }

        /** Groups as in Data-Juicer: number, speaker, person, both once more, nickname; or the three alone. */
        @Override
        public Map<String, JsonNode> read(Answer answer, Pattern pattern) {
            var relations = JsonNodeFactory.instance.arrayNode();
            Set<List<String>> known = new LinkedHashSet<>();
            for (List<String> groups : PatternReader.all(pattern, answer.text())) {
                boolean twice = groups.size() >= 6;
                if (groups.size() < 3 || twice && !groups.subList(1, 3).equals(groups.subList(3, 5))) {
                    continue;
                }
                add(known, groups.get(twice ? 1 : 0), groups.get(twice ? 2 : 1), groups.get(twice ? 5 : 2));
            }
            known.forEach(names -> relations.add(relation(names)));
            return one(key, relations);
        }

        private static void add(Set<List<String>> known, String speaker, String person, String nickname) {
            if (!speaker.isEmpty() && !person.isEmpty() && !nickname.isEmpty() && !person.equals(nickname)) {
                known.add(List.of(speaker, person, nickname));
            }
        }

        private static ObjectNode relation(List<String> names) {
            ObjectNode relation = JsonNodeFactory.instance.objectNode();
            relation.put("relation_source_entity", names.get(0)).put("relation_target_entity", names.get(1));
            relation.put("relation_description", names.get(2));
            relation.putArray("relation_keywords").add("nickname");
            return relation.putNull("relation_strength");
        }
    }

    /** {@code relation_identity_mapper}: what one person is to another. */
    record RoleRelation(String key, String source, String target, String prompt) implements Extraction {

        /** What the model is told where the recipe says nothing, with places for both. */
        public static final String PROMPT = "Find out from the text what {entity2} is to {entity1}: a word or a few, "
                + "with an adjective where it is needed and without punctuation, such as \"older sister\". If both are "
                + "the same person, say \"another identity\". First reason in a sentence or two. Answer as JSON: "
                + "{{\"reasoning\": \"...\", \"relation\": \"...\"}}";

        @Override
        public String operator() {
            return "relation_identity_mapper";
        }

        @Override
        public JsonNode schema() {
            return Schemas.object("reasoning", Schemas.passage().put("maxLength", 600), "relation", Schemas.name());
        }

        @Override
        public Map<String, JsonNode> none() {
            return one(key, JsonNodeFactory.instance.textNode(""));
        }

        @Override
        public Map<String, JsonNode> read(Answer answer) {
            return one(key, JsonNodeFactory.instance.textNode(
                    AnswerJson.text(AnswerJson.object(answer), "relation")));
        }

        @Override
        public Map<String, JsonNode> read(Answer answer, Pattern pattern) {
            List<List<String>> found = PatternReader.all(pattern, answer.text());
            if (found.isEmpty() || found.getLast().getLast().isEmpty()) {
                throw new UnusableAnswer(answer.text().isBlank() ? "empty" : "not in the form of the pattern");
            }
            return one(key, JsonNodeFactory.instance.textNode(found.getLast().getLast()));
        }
    }
}
