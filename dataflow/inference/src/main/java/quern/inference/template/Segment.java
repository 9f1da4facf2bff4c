package quern.inference.template;

import java.util.List;

/** A stretch of a template's source: text, {@code {{ expression }}} or {@code {% statement %}}. */
sealed interface Segment {

    record Plain(String text) implements Segment {}

    record Output(List<Token> tokens) implements Segment {}

    record Statement(List<Token> tokens) implements Segment {}
}
