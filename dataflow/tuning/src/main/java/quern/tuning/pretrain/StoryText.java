package quern.tuning.pretrain;

import static quern.tuning.pretrain.Words.capital;
import static quern.tuning.pretrain.Words.indefinite;
import static quern.tuning.pretrain.Words.pick;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Short stories in simple English from a small grammar with a memory: who wants what, where it is and who helps. Made
 * so that a model of a million parameters can learn whole sentences that hang together (the idea of TinyStories, Eldan
 * and Li, arXiv 2305.07759; none of its text).
 */
final class StoryText {

    private final SplittableRandom random;
    private final String hero;
    private final String heroAgain;
    private final boolean heroIsAnimal;
    private final String animal;
    private final String friend;
    private final String thing;
    private final String place;
    private final String otherPlace;
    private final List<String> sentences = new ArrayList<>();

    private StoryText(SplittableRandom random, String animal) {
        this.random = random;
        this.animal = animal;
        this.heroIsAnimal = random.nextInt(3) != 0;
        String name = pick(random, Words.NAMES);
        this.hero = name;
        this.heroAgain = heroIsAnimal && random.nextBoolean() ? "the " + animal : name;
        this.friend = other(name, Words.NAMES);
        this.thing = pick(random, Words.QUALITIES) + " " + pick(random, Words.THINGS);
        this.place = pick(random, Words.PLACES);
        this.otherPlace = other(place, Words.PLACES);
    }

    /** A story; the same random state gives the same story. */
    static String next(SplittableRandom random) {
        return about(random, pick(random, Words.ANIMALS));
    }

    /** A story in which {@code animal} occurs. */
    static String about(SplittableRandom random, String animal) {
        StoryText story = new StoryText(random, animal);
        story.opening();
        switch (random.nextInt(5)) {
            case 0 -> story.lostThing();
            case 1 -> story.sharedMeal();
            case 2 -> story.storm();
            case 3 -> story.learning();
            default -> story.journey();
        }
        story.closing();
        return String.join(" ", story.sentences);
    }

    private void opening() {
        String time = pick(random, List.of("Once upon a time", "One day", "Long ago", "Once"));
        if (heroIsAnimal) {
            say(time + " there was " + indefinite(pick(random, List.of("little", "young", "clever", "quiet")))
                    + " " + animal + " named " + hero + ".");
        } else {
            say(time + " there was a " + pick(random, List.of("girl", "child", "young " + pick(random, Words.JOBS)))
                    + " named " + hero + " who had " + indefinite(animal) + ".");
        }
        say(hero + " lived near the " + place + " and liked to " + pick(random, List.of(
                "sing in the " + pick(random, Words.TIMES), "play with " + friend, "eat " + pick(random, Words.FOODS),
                "walk to the " + otherPlace, "look at the stars", "tell stories")) + ".");
        if (random.nextBoolean()) {
            say("It was a " + pick(random, Words.WEATHERS) + " " + pick(random, Words.TIMES) + ".");
        }
    }

    private void lostThing() {
        say(hero + " had " + indefinite(thing) + ". " + capital(heroAgain) + " loved the " + thing + " very much.");
        say("But the " + thing + " was lost. " + hero + " looked in the " + place + ", but it was not there.");
        say("\"Have you seen my " + thing + "?\" asked " + hero + ".");
        say("\"No,\" said " + friend + ", \"but I will help you look for it.\"");
        say("They went to the " + otherPlace + " together. There, under " + indefinite(pick(random, List.of(
                "tree", "stone", "bench", "pile of leaves", "old box"))) + ", was the " + thing + ".");
        say(hero + " was very happy. \"Thank you, " + friend + ",\" said " + hero + ".");
    }

    private void sharedMeal() {
        String food = pick(random, Words.FOODS);
        say("One " + pick(random, Words.TIMES) + " " + hero + " made " + food + " for dinner.");
        say(friend + " came to the door and was hungry. \"May I have some " + food + "?\" asked " + friend + ".");
        say("At first " + heroAgain + " did not want to share. Then " + heroAgain + " saw that " + friend
                + " was " + pick(random, List.of("sad", "tired", "cold", "very hungry")) + ".");
        say("\"Come in,\" said " + hero + ". \"There is enough for both of us.\"");
        say("They ate the " + food + " together and talked until the " + pick(random, List.of(
                "moon came up", "fire was low", "rain had stopped")) + ".");
    }

    private void storm() {
        say("A big storm came over the " + place + ". The wind was strong and the rain was cold.");
        say(hero + " was afraid and hid in the " + otherPlace + ".");
        say("Then " + heroAgain + " heard a small voice. It was " + friend + ", who could not find the way home.");
        say("\"Do not be afraid,\" said " + hero + ". \"Hold my hand and come with me.\"");
        say("They " + pick(random, List.of("waited", "sat", "stayed")) + " in the " + otherPlace
                + " until the storm was over. Then the sun came out.");
    }

    private void learning() {
        String teacher = "the " + pick(random, Words.JOBS);
        String skill = pick(random, List.of("swim", "read", "bake " + pick(random, Words.FOODS), "play the flute",
                "fix " + indefinite(thing), "climb the hill", "draw " + indefinite(animal)));
        say(hero + " wanted to learn to " + skill + ", but it was hard.");
        say("\"I cannot do it,\" said " + hero + " and was " + pick(random, List.of("sad", "tired", "angry")) + ".");
        say(capital(teacher) + " smiled. \"Try again,\" said " + teacher + ". \"A little every day is enough.\"");
        say("So " + heroAgain + " tried every " + pick(random, Words.TIMES) + ". After many days "
                + heroAgain + " could " + skill + ".");
        say("Everyone in the " + place + " was " + pick(random, List.of("glad", "proud", "surprised")) + ".");
    }

    private void journey() {
        say("One " + pick(random, Words.TIMES) + " " + hero + " and " + friend + " went on a trip to the "
                + otherPlace + ".");
        say("On the way they met " + indefinite(other(animal, Words.ANIMALS)) + ". It had "
                + indefinite(thing) + " that was too heavy to carry.");
        say("\"We can help you,\" said " + hero + ". They " + pick(random, Words.HELPS) + " the " + thing
                + " and walked on together.");
        say("When they came to the " + otherPlace + ", they were " + pick(random, Words.FEELINGS) + " and ate "
                + pick(random, Words.FOODS) + ".");
    }

    private void closing() {
        say(pick(random, List.of(
                "From that day on, " + hero + " and " + friend + " were good friends.",
                hero + " went home and slept well.",
                "And " + hero + " was " + pick(random, Words.FEELINGS) + " and never forgot that day.",
                "It was the best day of the year.",
                "\"We are friends,\" said " + friend + ", and " + hero + " smiled.")));
    }

    private void say(String sentence) {
        sentences.add(sentence);
    }

    private String other(String not, List<String> words) {
        String word = pick(random, words);
        while (word.equals(not)) {
            word = pick(random, words);
        }
        return word;
    }
}
