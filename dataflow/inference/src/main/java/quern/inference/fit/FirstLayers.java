package quern.inference.fit;

import java.util.Optional;
import java.util.Set;
import quern.gpu.tensor.Tensor;
import quern.inference.format.ModelFile;
import quern.inference.tokenizer.Tokenizer;
import quern.inference.transformer.ModelShape;

/** A model cut off behind its first layers. Closing it leaves the whole one open. */
record FirstLayers(ModelFile whole, int layers) implements ModelFile {

    @Override
    public ModelShape shape() {
        ModelShape shape = whole.shape();
        return new ModelShape(shape.architecture(), layers, shape.hidden(), shape.heads(), shape.kvHeads(),
                shape.headSize(), shape.feedForward(), shape.vocabulary(), shape.contextTokens(), shape.normEpsilon(),
                shape.rope(), shape.tiedEmbeddings(), shape.attentionBias(), shape.traits());
    }

    @Override
    public Set<String> tensorNames() {
        return whole.tensorNames();
    }

    @Override
    public Tensor tensor(String name) {
        return whole.tensor(name);
    }

    @Override
    public Tokenizer tokenizer() {
        return whole.tokenizer();
    }

    @Override
    public Optional<String> chatTemplate() {
        return whole.chatTemplate();
    }

    @Override
    public String name() {
        return whole.name() + ", first " + layers + " layers";
    }

    @Override
    public String fingerprint() {
        return whole.fingerprint();
    }

    @Override
    public void close() {
        // Whoever opened the whole model closes it.
    }
}
