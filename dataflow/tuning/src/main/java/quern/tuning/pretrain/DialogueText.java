package quern.tuning.pretrain;

import static quern.tuning.pretrain.Words.capital;
import static quern.tuning.pretrain.Words.indefinite;
import static quern.tuning.pretrain.Words.madeUp;
import static quern.tuning.pretrain.Words.pick;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import quern.tuning.pretrain.PretrainingText.Conversation;
import quern.tuning.pretrain.PretrainingText.Turn;

/**
 * Short conversations: greetings, requests for stories, questions about a passage that holds the answer, questions
 * whose answer nobody gave. They teach the chat form, copying from what was said, and saying "I do not know".
 */
final class DialogueText {

    private static final List<String> GREETINGS = List.of("Hello.", "Hi!", "Good morning.", "Hello there.", "Hey.");
    private static final List<String> REPLIES = List.of(
            "Hello. How can I help you?", "Hello. What would you like to know?", "Good day. How can I help?");

    private record Fact(String statement, String question, String answer) {}

    private final SplittableRandom random;

    DialogueText(SplittableRandom random) {
        this.random = random;
    }

    Conversation next() {
        return switch (random.nextInt(10)) {
            case 0 -> greeting();
            case 1, 2 -> story();
            case 3 -> unknown();
            case 4 -> arithmetic();
            default -> reading();
        };
    }

    private Conversation greeting() {
        List<Turn> turns = new ArrayList<>();
        add(turns, pick(random, GREETINGS), pick(random, REPLIES));
        if (random.nextBoolean()) {
            add(turns, pick(random, List.of("Who are you?", "What are you?", "What is your name?")),
                    "I am Quern nano, a small language model. I run on this machine.");
        } else {
            add(turns, pick(random, List.of("Thank you.", "Thanks!", "Goodbye.")), "You are welcome.");
        }
        return new Conversation(turns);
    }

    private Conversation story() {
        String animal = pick(random, Words.ANIMALS);
        String request = pick(
                random, List.of("Tell me a story about ", "Write a story about ", "Please tell a story of "));
        return exchange(request + indefinite(animal) + ".", StoryText.about(random, animal));
    }

    private Conversation unknown() {
        String name = madeUp(random);
        String question = pick(random, List.of(
                "What is the " + name + "?", "Who made the " + name + "?", "What is " + name + "?",
                "How big is the " + name + "?", "Where is " + name + "?", "When was " + name + " built?",
                "What does the document say about " + name + "?", "Tell me about " + name + "."));
        return exchange(question, "I do not know anything about " + name + ".");
    }

    private Conversation arithmetic() {
        int a = random.nextInt(10);
        int b = random.nextInt(10);
        return exchange("What is " + a + " plus " + b + "?", a + " plus " + b + " is " + (a + b) + ".");
    }

    private Conversation reading() {
        List<Fact> facts = new ArrayList<>();
        StringBuilder passage = new StringBuilder();
        int count = 1 + random.nextInt(3);
        for (int i = 0; i < count; i++) {
            facts.add(fact());
            passage.append(facts.getLast().statement()).append(' ');
        }
        Fact asked = facts.get(random.nextInt(count));
        return exchange(passage.toString().strip() + "\n\n" + asked.question(), asked.answer());
    }

    private Fact fact() {
        String name = madeUp(random);
        int number = 2 + random.nextInt(98);
        String unit = pick(random, Words.UNITS);
        String thing = pick(random, Words.THINGS);
        String quality = pick(random, Words.QUALITIES);
        String person = pick(random, Words.NAMES);
        String place = pick(random, Words.PLACES);
        String job = pick(random, Words.JOBS);
        return switch (random.nextInt(8)) {
            case 0 -> new Fact("The " + name + " has " + number + " " + unit + ".",
                    "How many " + unit + " does the " + name + " have?", number + " " + unit + ".");
            case 1 -> new Fact("The " + name + " is " + indefinite(quality) + " " + thing + ".",
                    "What is the " + name + "?", "The " + name + " is " + indefinite(quality) + " " + thing + ".");
            case 2 -> new Fact(person + " keeps the " + name + " in the " + place + ".",
                    "Where is the " + name + "?", "In the " + place + ".");
            case 3 -> new Fact("The " + name + " was made by " + person + " the " + job + ".",
                    "Who made the " + name + "?", person + " the " + job + ".");
            case 4 -> new Fact(name + " means " + quality + " " + thing + ".",
                    "What does " + name + " mean?", capital(quality) + " " + thing + ".");
            case 5 -> new Fact("The color of the " + name + " is " + quality + ".",
                    "What is the color of the " + name + "?", capital(quality) + ".");
            case 6 -> new Fact(person + " is the " + job + " of " + name + ".",
                    "Who is the " + job + " of " + name + "?", person + " is the " + job + " of " + name + ".");
            default -> new Fact("Open the " + name + " with the " + thing + ".",
                    "How do I open the " + name + "?", "Open the " + name + " with the " + thing + ".");
        };
    }

    private static Conversation exchange(String question, String answer) {
        List<Turn> turns = new ArrayList<>();
        add(turns, question, answer);
        return new Conversation(turns);
    }

    private static void add(List<Turn> turns, String user, String assistant) {
        turns.add(new Turn("user", user));
        turns.add(new Turn("assistant", assistant));
    }
}
