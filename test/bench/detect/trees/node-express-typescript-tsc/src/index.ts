import cors from "cors";
import express from "express";
import mongoose from "mongoose";
import { config } from "./config";

const app = express();
app.use(cors(), express.json());
app.get("/health", (_req, res) => { res.json({ ok: true }); });

async function main() {
  await mongoose.connect(config.mongoUri);
  app.listen(config.port, "0.0.0.0", () => console.log("up"));
}
main();
