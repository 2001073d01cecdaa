import "dotenv/config";
import express from "express";
import helmet from "helmet";
import { orders } from "./routes/orders.js";

const app = express();
app.use(helmet());
app.use(express.json());
app.get("/healthz", (req, res) => res.send("ok"));
app.use("/orders", orders);

const port = process.env.PORT || 3000;
app.listen(port, () => console.log(`listening on ${port}`));
