import pandas as pd
import streamlit as st

st.set_page_config(page_title="Sales")
st.title("Sales")
file = st.file_uploader("CSV")
if file:
    st.dataframe(pd.read_csv(file))
