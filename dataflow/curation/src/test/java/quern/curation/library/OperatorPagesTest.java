package quern.curation.library;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import quern.curation.OperatorPage;
import quern.curation.RecipeCompiler;

class OperatorPagesTest {

    private final BuiltInOperators library = new BuiltInOperators();

    @Test
    void shouldHaveAPageForEveryOperator() {
        Set<String> without = new TreeSet<>(library.names());
        without.removeIf(name -> library.page(name).map(page -> page.meaning().length() > 20).orElse(false));
        assertEquals(Set.of(), without, "operators without a section in operators.md");
    }

    @Test
    void shouldNameOnlyOperatorsThereAreOrThatDataJuicerHas() {
        Set<String> unknown = new TreeSet<>(OperatorPages.all().keySet());
        unknown.removeIf(name -> library.find(name).isPresent() || library.refusal(name).isPresent());
        assertEquals(Set.of(), unknown);
    }

    @Test
    void shouldMentionOnlyParametersThatAreThere() {
        Pattern quoted = Pattern.compile("`([a-z]+_[a-z_]+)(?:: [^`]*)?`");
        for (String name : library.names()) {
            Set<String> known = new TreeSet<>();
            RecipeCompiler.parameters(library.find(name).orElseThrow()).forEach(p -> known.add(p.name()));
            OperatorPage page = library.page(name).orElse(new OperatorPage("", "", ""));
            Matcher words = quoted.matcher(page.meaning() + page.differs());
            Set<String> strange = new TreeSet<>();
            while (words.find()) {
                strange.add(words.group(1));
            }
            strange.removeAll(known);
            strange.removeIf(word -> page.meaning().matches("(?s).*(Stats?|meta)\\b.*`" + word + "`.*"));
            assertEquals(Set.of(), strange, name);
        }
    }
}
