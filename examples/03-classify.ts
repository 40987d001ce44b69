// Classifies pictures with an exported model: all a server or desktop program needs.
//
//     npx tsx examples/03-classify.ts outputs/<date>/<time>/model.onnx picture.jpg ...
import { Classifier } from "classifier-training";

const [model = "model.onnx", ...pictures] = process.argv.slice(2);

await using classifier = await Classifier.load(model);
const results = await classifier.predict(pictures, 3);
for (const [i, predictions] of results.entries()) {
  const ranked = predictions.map(({ label, confidence }) => `${label} ${(confidence * 100).toFixed(1)}%`);
  console.log(`${pictures[i]}: ${ranked.join(", ")}`);
}
