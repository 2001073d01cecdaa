import gradio as gr
from transformers import pipeline

classify = pipeline("sentiment-analysis")


def run(text):
    return classify(text)[0]["label"]


demo = gr.Interface(fn=run, inputs="text", outputs="label")

if __name__ == "__main__":
    demo.launch()
