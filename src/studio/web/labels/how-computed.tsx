// How the queue comes about, in plain words.

/** Closed at first. */
export function HowComputed() {
  return (
    <details class="how">
      <summary>How this is computed</summary>
      <p>
        The predictions are of pictures that the model was not trained on: the validation pictures of a run,
        or all pictures of a cross-validation, each judged by the fold that has not seen it. Only pictures
        that the model would label otherwise are in the queue.
      </p>
      <p>
        A picture's score is the probability that the model gives its label: the lower, the earlier it is
        asked. How many labels are likely wrong is estimated by confident learning (Northcutt, Jiang and
        Chuang 2021, "Confident Learning: Estimating Uncertainty in Dataset Labels"). The model is sure of a
        class where its probability is at least the mean among the pictures labelled so. The share of a
        class's pictures of which it is surely another class is the share of its labels that is taken to be
        wrong, and so many come first. Of several labels each is judged by itself.
      </p>
      <p>
        Nothing is moved or rewritten. Decisions go to a list that training applies with{" "}
        <code>data.label_changes</code>.<code>classifier-training data labels</code> prints the same queue.
      </p>
    </details>
  );
}
