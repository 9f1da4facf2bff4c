package quern.curation.secret;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quern.config.ConfigLoader;
import quern.config.CurationConfig;
import quern.curation.Draft;
import quern.curation.Filter;
import quern.curation.Mapper;
import quern.curation.Operator;
import quern.curation.Recipe;
import quern.curation.RecipeCompiler;
import quern.curation.RecipeException;
import quern.curation.Verdict;
import quern.curation.library.BuiltInOperators;
import quern.ingest.Sample;

class SecretOperatorsTest {

    private static final String KEY = "AKIA" + "QWERTZUIOPASDFGH";

    @TempDir
    Path directory;

    private Operator operator(String step) {
        CurationConfig config = ConfigLoader.defaults(directory).curation();
        return new RecipeCompiler(new BuiltInOperators()).compile(Recipe.parse("process:\n  - " + step + "\n", config))
                .operators().getFirst();
    }

    private static Draft draft(ObjectNode fields) {
        return new Draft(new Sample(fields, "d", 0, fields.path("text").asText().length(), 0));
    }

    private static Draft draft(String text) {
        return draft(JsonNodeFactory.instance.objectNode().put("text", text));
    }

    @Test
    void shouldDropWithCountAndLimitWhenThereAreTooManySecrets() {
        Filter filter = (Filter) operator("secrets_filter:");
        assertInstanceOf(Verdict.Keep.class, filter.judge(draft("Nothing but words, and 3f786850e387550f.")));
        assertEquals(new Verdict.Drop("secrets_num too high", 2, 0),
                filter.judge(draft(KEY + " and password=tr0ub4dor")));
        assertInstanceOf(Verdict.Keep.class, ((Filter) operator("secrets_filter: {kinds: [github], max_num: 0}"))
                .judge(draft(KEY)));
        assertInstanceOf(Verdict.Keep.class, ((Filter) operator("secrets_filter: {max_num: 1}")).judge(draft(KEY)));
        assertInstanceOf(Verdict.Keep.class,
                ((Filter) operator("secrets_filter: {reversed_range: true}")).judge(draft(KEY)));
    }

    @Test
    void shouldMeasureAgainWhenASampleSaysThatItIsClean() {
        ObjectNode fields = JsonNodeFactory.instance.objectNode().put("text", KEY);
        fields.putObject(Draft.STATS).put("secrets_num", 0);
        assertInstanceOf(Verdict.Drop.class, ((Filter) operator("secrets_filter:")).judge(draft(fields)));
    }

    @Test
    void shouldLeaveTheRestOfTheTextWhenItMasks() {
        Mapper mapper = (Mapper) operator("mask_secrets_mapper:");
        Draft draft = draft("Use " + KEY + ", then password=tr0ub4dor; done.");
        mapper.apply(draft);
        assertEquals("Use [SECRET AWS], then password=[SECRET PASSWORD]; done.", draft.text("text"));
        assertTrue(mapper.hidesText());
        Draft plain = draft("Nothing here.");
        assertEquals(List.of(plain), mapper.apply(plain));
        assertEquals("Nothing here.", plain.text("text"));
    }

    @Test
    void shouldMaskEveryFieldWhenAsked() {
        ObjectNode fields = JsonNodeFactory.instance.objectNode().put("text", "ok").put("n", 3);
        fields.putArray("messages").addObject().put("content", "it is " + KEY);
        ObjectNode own = fields.deepCopy();
        ((Mapper) operator("mask_secrets_mapper:")).apply(draft(own));
        assertTrue(own.toString().contains(KEY));
        ((Mapper) operator("mask_secrets_mapper: {all_fields: true}")).apply(draft(fields));
        assertFalse(fields.toString().contains(KEY));
        assertEquals("it is [SECRET AWS]", fields.at("/messages/0/content").asText());
    }

    @Test
    void shouldNameTheKindsWhenOneIsUnknown() {
        RecipeException refused = org.junit.jupiter.api.Assertions.assertThrows(RecipeException.class,
                () -> operator("secrets_filter: {kinds: [gitbub]}"));
        assertTrue(refused.getMessage().contains("no kind of secret 'gitbub', expected private_key, aws"),
                refused.getMessage());
    }
}
