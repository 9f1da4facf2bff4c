package quern.inference;

import java.util.Optional;
import java.util.Set;
import quern.gpu.tensor.Tensor;
import quern.inference.format.ModelFile;
import quern.inference.tokenizer.Tokenizer;
import quern.inference.transformer.ModelShape;

/** A model file that comes without a tokenizer, given one of letters. */
public record LetterModel(ModelFile file) implements ModelFile {

    @Override
    public ModelShape shape() {
        return file.shape();
    }

    @Override
    public Set<String> tensorNames() {
        return file.tensorNames();
    }

    @Override
    public Tensor tensor(String name) {
        return file.tensor(name);
    }

    @Override
    public Tokenizer tokenizer() {
        return new TinyModel.LetterTokenizer(file.shape().vocabulary());
    }

    @Override
    public Optional<String> chatTemplate() {
        return Optional.empty();
    }

    @Override
    public String name() {
        return file.name();
    }

    @Override
    public String fingerprint() {
        return file.fingerprint();
    }

    @Override
    public void close() {
        file.close();
    }
}
